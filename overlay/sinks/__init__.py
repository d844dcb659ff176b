"""Where the picture goes."""

SINKS: dict[str, str] = {
    "memory": "overlay.sinks.memory:MemorySink",
    "mjpeg": "overlay.sinks.mjpeg:MjpegFeed",
    "mp4": "overlay.sinks.mp4:Mp4File",
    "png": "overlay.sinks.png:PngFile",
    "webcam": "overlay.sinks.webcam:Webcam",
}
"""Name -> "module:Class"."""
