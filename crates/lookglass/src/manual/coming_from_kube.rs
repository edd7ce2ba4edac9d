#![doc = include_str!("coming_from_kube.md")]
