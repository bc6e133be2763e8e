"""Is everything there that a recording needs: Bluetooth, permission, the sensors themselves."""
