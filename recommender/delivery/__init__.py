"""Lists go out: as text for a terminal, JSON, a feed, mails, bibliographies and charts."""
