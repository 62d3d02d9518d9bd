"""Mail that comes in: by IMAP, LMTP or SMTP; read, and given to whoever can make sense of it."""
