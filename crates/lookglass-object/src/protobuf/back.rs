//! A buffer that is written from its end, as Go writes protobuf: what is nested is there before the length in front of it.

use crate::wire::{WireType, varint_len};

/// Bytes that grow towards their start.
#[derive(Debug, Default)]
pub(super) struct Back {
    /// Room in front, content behind `start`.
    bytes: Vec<u8>,
    start: usize,
}

impl Back {
    pub(super) fn clear(&mut self) {
        self.start = self.bytes.len();
    }

    pub(super) fn content(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.start
    }

    /// The next `count` bytes in front of the content.
    #[inline]
    fn room(&mut self, count: usize) -> &mut [u8] {
        if self.start < count {
            self.grow(count);
        }
        self.start -= count;
        &mut self.bytes[self.start..self.start + count]
    }

    #[cold]
    fn grow(&mut self, count: usize) {
        let size = (self.bytes.len() * 2).max(self.len() + count).max(1024);
        let mut bytes = vec![0; size];
        let start = size - self.len();
        bytes[start..].copy_from_slice(self.content());
        (self.bytes, self.start) = (bytes, start);
    }

    #[inline]
    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.room(bytes.len()).copy_from_slice(bytes);
    }

    #[inline]
    pub(super) fn put_varint(&mut self, mut value: u64) {
        let length = varint_len(value);
        let room = self.room(length);
        for byte in &mut room[..length - 1] {
            *byte = value as u8 | 0x80;
            value >>= 7;
        }
        room[length - 1] = value as u8;
    }

    /// Puts a tag and a length in front of what was written since the content was `before` bytes long.
    #[inline]
    pub(super) fn wrap(&mut self, number: u32, before: usize) {
        self.put_varint((self.len() - before) as u64);
        self.put_tag(number, WireType::Bytes);
    }

    #[inline]
    pub(super) fn put_bytes(&mut self, number: u32, bytes: &[u8]) {
        let before = self.len();
        self.put(bytes);
        self.wrap(number, before);
    }

    #[inline]
    pub(super) fn put_number(&mut self, number: u32, value: u64) {
        self.put_varint(value);
        self.put_tag(number, WireType::Varint);
    }

    #[inline]
    pub(super) fn put_tag(&mut self, number: u32, wire: WireType) {
        let low = match wire {
            WireType::Varint => 0,
            WireType::Fixed64 => 1,
            WireType::Bytes => 2,
            WireType::GroupStart => 3,
            WireType::GroupEnd => 4,
            WireType::Fixed32 => 5,
        };
        self.put_varint(u64::from(number) << 3 | low);
    }
}
