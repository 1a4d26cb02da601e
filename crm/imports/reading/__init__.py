"""From the bytes of a file to rows of cells: text in any encoding, an Excel or an OpenDocument sheet."""
