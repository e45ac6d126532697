//! The default model, in the program itself.

use bytes::Bytes;

/// Puts the bytes where whole words can be read from.
#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

static ENGLISH: &Aligned<[u8]> = &Aligned(*include_bytes!("../../models/en.unspin"));

/// The bytes of `models/en.unspin`.
pub(super) fn english() -> Bytes {
    Bytes::from_static(&ENGLISH.0)
}
