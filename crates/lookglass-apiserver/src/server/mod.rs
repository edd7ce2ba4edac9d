//! The server as a value: started, used, dropped.
