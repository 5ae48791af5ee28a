from stock.models.cartridge import Cartridge
from stock.models.lot import Lot
from stock.models.product import Product

__all__ = ["Cartridge", "Lot", "Product"]
