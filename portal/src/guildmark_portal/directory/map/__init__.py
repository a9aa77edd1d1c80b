"""The map of the network: a drawing of the world whose shapes bear codes of countries, and how numbers become shades."""
