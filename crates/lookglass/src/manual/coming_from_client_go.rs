#![doc = include_str!("coming_from_client_go.md")]
