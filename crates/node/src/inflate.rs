//! Bodies of HTTP without their content encoding.
//!
//! What is said here is only that a body is whole and fine: of anything odd (more behind its end,
//! two members, too long, cut off) the answer is None, and the host asks Node's own decoders, whose
//! answer and error counts.

use std::io::Read;

use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};

/// Content encodings by the numbers that `native.ts` gives them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Encoding {
    /// `gzip`, 0.
    Gzip,
    /// `deflate`, 1: with zlib's head or without.
    Deflate,
    /// `br`, 2.
    Brotli,
}

impl Encoding {
    /// The encoding of a number.
    pub fn from_number(number: u32) -> Option<Encoding> {
        [Encoding::Gzip, Encoding::Deflate, Encoding::Brotli].get(number as usize).copied()
    }
}

/// Buffer of the brotli decoder.
const BROTLI_BUFFER: usize = 64 * 1024;
/// Room that is made at once, by what a body says or by its length; more comes as it is needed.
const MOST_AT_ONCE: usize = 16 * 1024 * 1024;

/// The content of a body; see the head of this file. `most`: the longest.
pub fn inflate(packed: &[u8], encoding: Encoding, most: usize) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Gzip => {
            let mut decoder = GzDecoder::new(packed);
            let plain = read(&mut decoder, most, said_length(packed))?;
            decoder.into_inner().is_empty().then_some(plain)
        }
        // Zlib's head begins with an 8; so does Node's side tell them apart.
        Encoding::Deflate if packed.first().is_some_and(|byte| byte & 0x0f == 8) => {
            let mut decoder = ZlibDecoder::new(packed);
            let plain = read(&mut decoder, most, packed.len() * 4)?;
            decoder.into_inner().is_empty().then_some(plain)
        }
        Encoding::Deflate => {
            let mut decoder = DeflateDecoder::new(packed);
            let plain = read(&mut decoder, most, packed.len() * 4)?;
            decoder.into_inner().is_empty().then_some(plain)
        }
        Encoding::Brotli => {
            let mut decoder = brotli_decompressor::Decompressor::new(packed, BROTLI_BUFFER);
            let plain = read(&mut decoder, most, packed.len() * 8)?;
            // Asked once more it tells of what is behind the end.
            let is_over = matches!(decoder.read(&mut [0]), Ok(0));
            (is_over && decoder.into_inner().is_empty()).then_some(plain)
        }
    }
}

/// Reads to the end; None when that is farther than `most`, or when the content is not fine.
fn read(decoder: &mut impl Read, most: usize, expected: usize) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    // One byte more shows the end, and the one that is too much.
    plain.try_reserve_exact(expected.min(most).min(MOST_AT_ONCE) + 1).ok()?;
    let limit = (most as u64).saturating_add(1);
    decoder.take(limit).read_to_end(&mut plain).ok()?;
    (plain.len() <= most).then_some(plain)
}

/// The length that gzip's last bytes tell; only a hint.
fn said_length(packed: &[u8]) -> usize {
    packed.last_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use flate2::Compression;

    use super::*;

    const PLAIN: &[u8] = b"{\"has_updates\":true,\"has_updates\":true,\"has_updates\":true}";
    /// Node: `zlib.brotliCompressSync('{"a":1}')`.
    const BROTLI: &[u8] = &[0x0b, 0x03, 0x80, 0x7b, 0x22, 0x61, 0x22, 0x3a, 0x31, 0x7d, 0x03];

    fn samples() -> Vec<(Encoding, Vec<u8>, &'static [u8])> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(PLAIN).unwrap();
        zlib.write_all(PLAIN).unwrap();
        raw.write_all(PLAIN).unwrap();
        vec![
            (Encoding::Gzip, gzip.finish().unwrap(), PLAIN),
            (Encoding::Deflate, zlib.finish().unwrap(), PLAIN),
            (Encoding::Deflate, raw.finish().unwrap(), PLAIN),
            (Encoding::Brotli, BROTLI.to_vec(), b"{\"a\":1}"),
        ]
    }

    #[test]
    fn whole_bodies_are_inflated() {
        for (encoding, packed, plain) in samples() {
            assert_eq!(inflate(&packed, encoding, 1000).as_deref(), Some(plain), "{encoding:?}");
            assert_eq!(inflate(&packed, encoding, plain.len()).as_deref(), Some(plain));
        }
    }

    #[test]
    fn what_is_odd_is_left_to_node() {
        for (encoding, packed, plain) in samples() {
            assert_eq!(inflate(&packed, encoding, plain.len() - 1), None, "{encoding:?}");
            for cut in 0..packed.len() {
                assert_eq!(inflate(&packed[..cut], encoding, 1000), None, "{encoding:?} {cut}");
            }
            for more in [&b"\0"[..], b"x", &packed] {
                let longer = [&packed, more].concat();
                assert_eq!(inflate(&longer, encoding, 1000), None, "{encoding:?} {more:?}");
            }
            assert_eq!(inflate(b"{\"a\":1}", encoding, 1000), None);
        }
    }

    #[test]
    fn numbers_name_encodings() {
        let named = [0, 1, 2, 3].map(Encoding::from_number);
        let known = [Encoding::Gzip, Encoding::Deflate, Encoding::Brotli];
        assert_eq!(named, [Some(known[0]), Some(known[1]), Some(known[2]), None]);
    }
}
