"""Charts as SVG, for pages and documents, and as PNG for files that hold no SVG."""
