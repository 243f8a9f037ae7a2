"""The sample site as a server: status codes, validators, compression, faults, log, speed."""

import gzip
import http.client
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from aktenkundig.sample import SampleSite
from aktenkundig.sample.dsmv_pages import release_path
from aktenkundig.sample.texts import made_release

RELEASE = release_path(199860)


@pytest.fixture
def site() -> Iterator[SampleSite]:
    with SampleSite() as running:
        yield running


def ask(
    site: SampleSite, target: str, *, host: str = "dsmv", method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    address = urlsplit(site.address(host))
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection(str(address.hostname), address.port, timeout=5)) as connection:
        connection.request(method, target, headers=sent)
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read()


def test_two_hosts_on_two_ports(site: SampleSite) -> None:
    """Both answer, each with its own content type."""
    assert site.address("dsmv") != site.address("dsk")
    assert ask(site, "/presse/")[1]["Content-Type"] == "text/html; charset=UTF-8"
    assert ask(site, "/beschluesse-dsk.html", host="dsk")[1]["Content-Type"] == "text/html"


def test_robots_txt_forbids_the_internal_folder(site: SampleSite) -> None:
    """One file that a guidance page links lies in a forbidden folder."""
    status, _, body = ask(site, "/robots.txt")

    assert status == 200
    assert b"Disallow: /static/DS/Dateien/intern/" in body


def test_validators_lead_to_304(site: SampleSite) -> None:
    """Either validator alone is enough; the body stays away."""
    _, headers, _ = ask(site, RELEASE)

    assert ask(site, RELEASE, If_None_Match=headers["ETag"])[::2] == (304, b"")
    assert ask(site, RELEASE, If_Modified_Since=headers["Last-Modified"])[0] == 304
    assert ask(site, RELEASE, If_None_Match='"other"', If_Modified_Since=headers["Last-Modified"])[0] == 200


def test_last_modified_is_the_day_of_the_last_change(site: SampleSite) -> None:
    """Edited on day 2, re-framed on day 6."""
    seen = []
    for site.day in (1, 2, 4, 8):
        seen.append(ask(site, release_path(217905))[1]["Last-Modified"][5:11])

    assert seen == ["05 Oct", "06 Oct", "06 Oct", "10 Oct"]


def test_validators_can_be_switched_off() -> None:
    """Neither header, and never a 304; the bytes stay the same."""
    with SampleSite(validators=False) as site:
        _, headers, body = ask(site, RELEASE)
        again = ask(site, RELEASE, If_None_Match='"x"')

    assert not {"ETag", "Last-Modified"} & set(headers)
    assert again[::2] == (200, body)


def test_tokens_make_every_answer_different() -> None:
    """With tokens on, two answers of one page differ."""
    with SampleSite(tokens=True, validators=False) as site:
        assert ask(site, RELEASE)[2] != ask(site, RELEASE)[2]


def test_head_and_gzip(site: SampleSite) -> None:
    """HEAD has the length and no body; gzip only where it was accepted."""
    _, plain, body = ask(site, RELEASE)
    head_status, head, nothing = ask(site, RELEASE, method="HEAD")
    _, zipped, packed = ask(site, RELEASE, Accept_Encoding="gzip, deflate")

    assert (head_status, head["Content-Length"], nothing) == (200, plain["Content-Length"], b"")
    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == body


def test_download_carries_a_file_name(site: SampleSite) -> None:
    """Numbered downloads say their name in Content-Disposition."""
    status, headers, body = ask(site, "/serviceassistent/download?id=1616208")

    assert (status, headers["Content-Type"], body[:5]) == (200, "application/pdf", b"%PDF-")
    assert headers["Content-Disposition"].endswith('.pdf"')


@pytest.mark.parametrize("address", ["/media/oh/20230614_oh_cloud_d%C3%BC.pdf", "/media/oh/x.pdf"])
def test_percent_encoded_umlauts_are_found(site: SampleSite, address: str) -> None:
    """UTF-8 percent-encoding names the file; anything else is 404."""
    assert ask(site, address, host="dsk")[0] == (200 if "cloud" in address else 404)


def test_faults(site: SampleSite) -> None:
    """Status, body, other headers; each as often as asked for, and healed at once."""
    site.fault(RELEASE, status=500, times=2)
    site.fault("/presse/", body=b"<html>leer</html>", headers={"Retry-After": "7"}, times=1)

    assert [ask(site, RELEASE)[0] for _ in range(3)] == [500, 500, 200]
    _, headers, body = ask(site, "/presse/")
    assert (headers["Retry-After"], body) == ("7", b"<html>leer</html>")
    site.fault("/media/*", status=403, host="dsk")
    assert ask(site, "/media/kp/dsk_kpnr_1.pdf", host="dsk")[0] == 403
    site.heal()
    assert ask(site, "/media/kp/dsk_kpnr_1.pdf", host="dsk")[0] == 200


def test_broken_connections(site: SampleSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reset gives no answer, a cut body is shorter than announced, a delay waits as long as it says."""
    waited: list[float] = []
    monkeypatch.setattr("aktenkundig.sample.server.time.sleep", waited.append)
    site.fault("/a", reset=True)
    site.fault(RELEASE, cut=500)
    site.fault("/robots.txt", delay=0.2)

    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        ask(site, "/a")
    with pytest.raises(http.client.IncompleteRead):
        ask(site, RELEASE)
    assert ask(site, "/robots.txt")[0] == 200
    assert waited == [0.2]


def test_request_log(site: SampleSite) -> None:
    """Every request is recorded with its headers and its status."""
    ask(site, RELEASE, User_Agent="Aktenkundig/test")
    ask(site, "/gibt-es-nicht/", host="dsk")

    first, second = site.requests
    assert (first.host, first.method, first.target, first.status) == ("dsmv", "GET", RELEASE, 200)
    assert first.headers["User-Agent"] == "Aktenkundig/test"
    assert (second.host, second.status) == ("dsk", 404)
    site.forget_requests()
    assert site.requests == []


def test_made_releases_fill_the_list() -> None:
    """A site of 300 made releases has ten list pages of thirty."""
    with SampleSite(releases=300) as site:
        page = ask(site, "/presse/?pager.page.nr=9&pager.items.offset=270")[2]
        pages = [ask(site, release_path(made_release(index).id)) for index in range(200)]

    assert page.count(b'class="teaser"') == 30
    assert b'class="next"' not in page
    assert {status for status, _, _ in pages} == {200}
    assert len({body for _, _, body in pages}) == 200


def test_made_releases_are_the_same_every_time() -> None:
    """The number decides the text."""
    assert made_release(17) == made_release(17)
    assert len({made_release(index).paragraphs for index in range(500)}) == 500


def test_site_can_be_started_again() -> None:
    """Ports are given back."""
    for _ in range(3):
        with SampleSite() as site:
            assert ask(site, "/")[0] == 200
