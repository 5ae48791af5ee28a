"""What came to the shelf and left it is only ever added; a wrong count is corrected by another movement."""

from clinic.guards import append_only

GUARDS = [append_only("stock_movement", message="a movement of stock is never changed; count again")]
