"""The story of a visit: one function per step, called alike by every door.

`visits.reception` books, moves, cancels and receives; `visits.treatment` goes from start to seal.
"""
