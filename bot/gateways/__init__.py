"""Services outside our processes, each behind one module with a stand-in."""
