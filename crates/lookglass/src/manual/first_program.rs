#![doc = include_str!("first_program.md")]
