"""What readers outside see: immutable Parquet segments, their manifest and the views over them."""
