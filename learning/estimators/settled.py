"""
Archives that are equal when their models are: skops writes addresses of memory and the hour into its files.
"""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_SCHEMA = "schema.json"
_ADDRESS = re.compile(rb'"__id__": (\d+)|"file": "(\d+)\.npy"')


def settled(archive: bytes) -> bytes:
    """The skops `archive` with addresses numbered in order of appearance and without the time of writing."""
    with ZipFile(BytesIO(archive)) as source:
        schema = source.read(_SCHEMA)
        number_of: dict[bytes, bytes] = {}
        for match in _ADDRESS.finditer(schema):
            address = match[1] or match[2]
            number_of.setdefault(address, b"%d" % (len(number_of) + 1))
        arrays = {f"{number_of[name.removesuffix('.npy').encode()].decode()}.npy": source.read(name)
                  for name in source.namelist() if name != _SCHEMA}
    schema = _ADDRESS.sub(lambda match: match[0].replace(match[1] or match[2], number_of[match[1] or match[2]]), schema)
    target = BytesIO()
    with ZipFile(target, "w") as written:
        for name, data in [(_SCHEMA, schema), *sorted(arrays.items())]:
            info = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            written.writestr(info, data)
    return target.getvalue()
