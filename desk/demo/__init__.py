"""The demo clinic: a year of an ordinary small clinic, told by the same actions that its people press.

`house` builds the place, `shelf` fills it, `people` says who comes and what becomes of them, `diary` holds today,
`script` tells it all in order of time, `charts` writes what was done.
"""
