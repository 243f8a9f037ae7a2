"""The built-in sample site: synthetic pages in the markup of the real sites."""

from aktenkundig.sample.server import Fault, Request, SampleSite

__all__ = ["Fault", "Request", "SampleSite"]
