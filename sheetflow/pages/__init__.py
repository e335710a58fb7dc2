"""The request page that people open from a mail: what it shows, in whose language, as which HTML."""
