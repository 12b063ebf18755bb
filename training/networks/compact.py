"""The two networks of the compact family."""

from training.networks.compact_detector import CompactDetector
from training.networks.compact_generator import CompactGenerator

__all__ = ["CompactDetector", "CompactGenerator"]
