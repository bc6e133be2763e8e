"""The command `aqsense`: each command glues rooms together and says what came out.

Out: answers on stdout, progress and complaints on stderr, exit codes of FORMATS 5.
Refuses: computing anything itself.
Everything heavy is imported inside the commands, so that `aqsense --help` answers at once.
"""

# The order of the imports is the order of the commands in `aqsense --help`.
# isort: off
from aqsense.cli.program import app, main
from aqsense.cli import analyze as _analyze
from aqsense.cli import compare as _compare
from aqsense.cli import doctor as _doctor
from aqsense.cli import history as _history
from aqsense.cli import live as _live
from aqsense.cli import record as _record
from aqsense.cli import recover as _recover
from aqsense.cli import scan as _scan
from aqsense.cli import sensors as _sensors
from aqsense.cli import simulate as _simulate
from aqsense.cli import sync as _sync
from aqsense.cli import validate as _validate
from aqsense.cli import view as _view
# isort: on

# fmt: off
_COMMANDS = (
    _analyze,
    _compare,
    _doctor,
    _history,
    _live,
    _record,
    _recover,
    _scan,
    _sensors,
    _simulate,
    _sync,
    _validate,
    _view,
)
# fmt: on

__all__ = ["app", "main"]
