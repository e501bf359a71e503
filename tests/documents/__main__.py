"""Writes the generated blocks of the documents anew: `make docs`."""

import logging
import sys

import structlog

from documents.blocks import refresh
from documents.marks import ROOT

# The nodes that are played log what they do; nobody needs it here.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
for path in refresh():
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")
