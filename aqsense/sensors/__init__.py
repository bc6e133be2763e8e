"""Which sensor is worn where: a dialogue that ends in sensors.toml."""
