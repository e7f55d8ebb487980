"""Put processes together: composition, the database, training, supervision."""
