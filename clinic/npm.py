"""Front-end libraries: a few files of node_modules, served as npm/<package>/<path>, and their storage."""

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Warning
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

PREFIX = "npm"


class NpmFinder(BaseFinder):
    """Find what settings.NPM_FILES allows, and nothing else that lies in node_modules."""

    def __init__(self, app_names: list[str] | None = None, *args, **kwargs):
        self.root = Path(settings.NPM_ROOT)
        self.storage = FileSystemStorage(location=self.root)
        self.storage.prefix = PREFIX
        super().__init__(*args, **kwargs)

    def check(self, **kwargs) -> list[CheckMessage]:
        """Return one warning for each allowed pattern that no installed file matches."""
        return [
            Warning(f"No file matches {pattern}.", hint="Run: npm ci --ignore-scripts", id="clinic.W001")
            for pattern in settings.NPM_FILES
            if not any(self.root.glob(pattern))
        ]

    def find(self, path: str, find_all: bool = False, **kwargs) -> list[str] | str:
        """Return where npm/<package>/<path> lies, or [] when it is not allowed or not there."""
        inner = path.removeprefix(f"{PREFIX}/")
        allowed = inner != path and any(fnmatch(inner, pattern) for pattern in settings.NPM_FILES)
        if not allowed or not self.storage.exists(inner):
            return []
        found = self.storage.path(inner)
        return [found] if find_all else found

    def list(self, ignore_patterns: list[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield every allowed file with the storage that holds it."""
        for pattern in settings.NPM_FILES:
            for found in sorted(self.root.glob(pattern)):
                yield found.relative_to(self.root).as_posix(), self.storage


def _without_source_maps(patterns: tuple) -> tuple:
    """Return the storage's rewriting patterns less those for source maps, which we do not serve."""
    return tuple(
        (
            extension,
            tuple(rule for rule in rules if "sourceMappingURL" not in (rule if isinstance(rule, str) else rule[0])),
        )
        for extension, rules in patterns
    )


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Name each file by its content, for a year in the browser's cache."""

    patterns = _without_source_maps(CompressedManifestStaticFilesStorage.patterns)
