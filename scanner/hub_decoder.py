"""The decoder as the hub's port wants it: scanner's readings and errors in the hub's own types."""

from app.ports import ReadCode, UnreadableImage
from scanner import decoding


class HubDecoder:
    """Implements `app.ports.Decoder`."""

    def __init__(self, decoder: decoding.Decoder | None = None) -> None:
        self._decoder = decoder or decoding.Decoder()

    def decode_bytes(self, data: bytes) -> list[ReadCode]:
        """Codes in an encoded image, in reading order. Raises the port's `UnreadableImage`."""
        try:
            found = self._decoder.decode_bytes(data)
        except decoding.UnreadableImage as error:
            raise UnreadableImage(str(error)) from error
        return [ReadCode(value=code.value, format=code.format, scheme=code.scheme) for code in found]
