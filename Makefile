# Aktenkundig: everything one needs, set-up included. `make help` lists the targets.

PYTHON  ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
             $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV    := .venv
BIN     := $(VENV)/bin
DATA    ?= data
PORT    ?= 8001
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install demo archive serve test lint coverage browser screenshots faults bench clean

help: ## Diese Übersicht zeigen
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

# What was broken off half-way is done again: an environment counts when .made says that it is whole.
$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Aktenkundig braucht Python 3.11 oder neuer."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Das Modul venv fehlt (Debian: apt install python3-venv)."; exit 1; }
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/.made
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(VENV)/.made
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,parquet]'
	@touch $@ $(VENV)/.installed

install: $(VENV)/.installed ## Alles einrichten, nichts starten

demo: $(VENV)/.installed ## Die Beispiel-Website abrufen und das Portal zeigen (Ende mit Strg-C)
	@$(BIN)/aktenkundig --data $(DATA)/demo demo --port $(PORT)

archive: ## Die echten Websites abrufen: make archive CONTACT=du@example.org
	@case "$(CONTACT)" in *?@?*|http*://?*) ;; \
	  *) echo "Bitte einen Kontakt angeben: make archive CONTACT=du@example.org"; exit 2;; esac
	@$(MAKE) --no-print-directory $(VENV)/.installed
	@$(BIN)/aktenkundig --data $(DATA) crawl --contact "$(CONTACT)"; code=$$?; case $$code in 0) ;; 130) exit $$code;; \
	  *) echo "Nicht alles wurde abgerufen (siehe oben). Das Portal zeigt, was da ist.";; esac
	@$(BIN)/aktenkundig --data $(DATA) serve --port $(PORT)

serve: $(VENV)/.installed ## Das Portal über dem vorhandenen Archiv starten
	@$(BIN)/aktenkundig --data $(DATA) serve --port $(PORT)

test: $(VENV)/.installed-dev lint ## Alle Prüfungen außer Browser, Störfällen und Messungen
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

lint: $(VENV)/.installed-dev ## Stil und Typen prüfen
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

coverage: $(VENV)/.installed-dev ## Wie viel der vier Räume die Prüfungen durchlaufen (mindestens 92 %)
	$(BIN)/pytest -n $(WORKERS) --dist loadfile --cov --cov-report=term-missing --cov-fail-under=92

browser: $(VENV)/.installed-dev ## Prüfungen in Chromium (braucht chromium und chromium-driver)
	$(BIN)/pytest -m browser

screenshots: $(VENV)/.installed-dev ## Die Bilder der README neu aufnehmen (braucht chromium und chromium-driver)
	@mkdir -p docs/pictures
	$(BIN)/python tests/browser/screenshots.py docs/pictures

faults: $(VENV)/.installed-dev ## Störfälle: Abstürze, volle Datenträger, feindliche Server
	$(BIN)/pytest -m faults

bench: $(VENV)/.installed-dev ## Messungen (Verhältnisse, ein Lauf); Ergebnisse in docs/benchmarks.md
	$(BIN)/python -m benchmarks

clean: ## Umgebung und Zwischenergebnisse löschen (das Archiv bleibt)
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache artefacts
