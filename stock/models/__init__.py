from stock.models.cartridge import Cartridge
from stock.models.lot import Lot
from stock.models.movement import Movement
from stock.models.product import Product
from stock.models.product_change import ProductChange

__all__ = ["Cartridge", "Lot", "Movement", "Product", "ProductChange"]
