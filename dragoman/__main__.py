"""`python -m dragoman` is the same as `dragoman`."""

import sys

from dragoman.cli import main

sys.exit(main())
