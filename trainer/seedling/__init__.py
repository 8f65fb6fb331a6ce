"""A toy student that proves the loop without a download: it can copy, and knows nothing. Imports no torch."""

from pathlib import Path
from typing import Final

# A folder that AutoModelForCausalLM and AutoTokenizer load, shipped inside the package.
SEEDLING_DIR: Final = Path(__file__).parent / "weights"
