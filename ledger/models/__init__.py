from ledger.models.package import Package
from ledger.models.package_entry import PackageEntry

__all__ = ["Package", "PackageEntry"]
