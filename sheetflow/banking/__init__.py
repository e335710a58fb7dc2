"""What banks read and write: the payment QR of an invoice and the directory of banks, as text and values."""
