//! Sockets: HTTP/1.1 and HTTP/2, plain and TLS.
