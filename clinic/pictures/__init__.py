"""Pictures that come from outside: cleaned in a process of their own, and refused in words."""

from clinic.pictures.cleaning import LARGEST, Cleaned, NotUsable, clean

__all__ = ["LARGEST", "Cleaned", "NotUsable", "clean"]
