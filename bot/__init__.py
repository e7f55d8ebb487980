"""Acompaña: an assistant that goes with returned children and the people who receive them."""

VERSION = "0.1.0"
