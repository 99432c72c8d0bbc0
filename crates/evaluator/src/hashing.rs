//! Hashes of BEHAVIOUR.md 3.12: true SHA-256 (Q10) of UTF-8, and djb2 of UTF-16 units.

use sha2::{block_api::compress256, Digest, Sha256};

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 of texts that begin alike: what can be hashed of their beginning is hashed once.
///
/// Buckets hash `salt.ruleSalt.` and a unit ID, two blocks of 64 bytes as a rule; the first of them
/// is all salt when the salts are longer than it. Asking the hasher of `sha2` block by block also
/// saves its buffering, a third of a hash.
#[derive(Debug, Clone)]
pub struct Midstate {
    state: [u32; 8],
    /// What is left of the beginning, then zeros.
    block: [u8; BLOCK],
    /// Bytes of the beginning.
    length: usize,
}

const BLOCK: usize = 64;
/// Where the length stands in the last block.
const LENGTH_AT: usize = BLOCK - 8;
/// State before the first block (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

impl Midstate {
    /// Hashes the beginning.
    pub fn new(beginning: &str) -> Midstate {
        let mut midstate = Midstate { state: INITIAL, block: [0; BLOCK], length: beginning.len() };
        absorb(&mut midstate.state, &mut midstate.block, 0, beginning.as_bytes());
        midstate
    }

    /// First 8 bytes, big-endian, of SHA-256 over the beginning and `rest`. Allocates nothing.
    pub fn first_eight(&self, rest: &str) -> u64 {
        let (mut state, mut block) = (self.state, self.block);
        let end = absorb(&mut state, &mut block, self.length % BLOCK, rest.as_bytes());
        block[end] = 0x80;
        if end >= LENGTH_AT {
            compress256(&mut state, &[block]);
            block = [0; BLOCK];
        }
        let bits = 8 * (self.length + rest.len()) as u64;
        block[LENGTH_AT..].copy_from_slice(&bits.to_be_bytes());
        compress256(&mut state, &[block]);
        u64::from(state[0]) << 32 | u64::from(state[1])
    }
}

/// Appends bytes to a block that is filled up to `at`, compressing whenever it is full. Where it is
/// filled up to then; zeros are behind that.
fn absorb(state: &mut [u32; 8], block: &mut [u8; BLOCK], mut at: usize, mut bytes: &[u8]) -> usize {
    while bytes.len() >= BLOCK - at {
        let (head, rest) = bytes.split_at(BLOCK - at);
        block[at..].copy_from_slice(head);
        compress256(state, std::slice::from_ref(block));
        *block = [0; BLOCK];
        (at, bytes) = (0, rest);
    }
    block[at..at + bytes.len()].copy_from_slice(bytes);
    at + bytes.len()
}

/// The sampling hash of an exposure key: first 8 bytes of SHA-256 as a signed number (BEHAVIOUR.md
/// 7.7).
pub fn sampling_hash(key: &str) -> i64 {
    first_eight(&sha256(key.as_bytes())) as i64
}

fn first_eight(digest: &[u8; 32]) -> u64 {
    digest[..8].iter().fold(0, |n, b| n << 8 | u64::from(*b))
}

/// Base64, with padding, of SHA-256.
pub fn sha256_base64(text: &str) -> String {
    let digest = sha256(text.as_bytes());
    let mut out = String::with_capacity(44);
    for chunk in digest.chunks(3) {
        let letters = letters(chunk);
        letters[..=chunk.len()].iter().for_each(|b| out.push(char::from(*b)));
        (chunk.len()..3).for_each(|_| out.push('='));
    }
    out
}

/// The key of a string in an ID list: the first 8 characters of [`sha256_base64`].
pub fn id_list_key(text: &str) -> [u8; 8] {
    let digest = sha256(text.as_bytes());
    let (a, b) = (letters(&digest[..3]), letters(&digest[3..6]));
    [a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]]
}

fn letters(bytes: &[u8]) -> [u8; 4] {
    let group = bytes.iter().take(3).fold(0u32, |n, b| n << 8 | u32::from(*b))
        << (8 * (3 - bytes.len().min(3)));
    [18, 12, 6, 0].map(|shift| BASE64[(group >> shift & 63) as usize])
}

/// djb2 over UTF-16 units: `h * 31 + unit` modulo 2^32.
pub fn djb2(text: &str) -> u32 {
    if text.is_ascii() {
        return text.bytes().fold(0, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b)));
    }
    text.encode_utf16().fold(0, |h, unit| h.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn djb2_vectors() {
        let vectors = [
            ("", 0),
            ("a", 97),
            ("secret-key", 2842331586),
            ("test_gate", 3114454104),
            ("\u{1F600}", 1772899),
        ];
        for (text, hash) in vectors {
            assert_eq!(djb2(text), hash);
        }
    }

    #[test]
    fn sha256_vectors() {
        assert_eq!(sha256_base64("test_gate"), "AoZS0F06Ub+W2ONx+94rPTS7MRxuxa+GnXro5Q1uaGY=");
        assert_eq!(id_list_key("u1"), *b"u4IDDbwr");
        assert_eq!(id_list_key("abc"), *b"ungWv48B");
        assert_eq!(sha256_base64(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn bucket_vectors() {
        let vectors = [("u0", 2158), ("u1", 4036), ("u2", 4463), ("", 7313), ("42", 6257)];
        for (unit, expected) in vectors {
            assert_eq!(Midstate::new("s.rsalt.").first_eight(unit) % 10_000, expected);
        }
        for (unit, expected) in [("u1", 592), ("u2", 70), ("u3", 231)] {
            assert_eq!(Midstate::new("sl.").first_eight(unit) % 1000, expected);
        }
    }

    #[test]
    fn midstates_hash_like_the_whole_text_at_every_length() {
        let text: String = (0..260).map(|i| char::from(b'!' + (i % 90) as u8)).collect();
        for split in 0..=130 {
            let midstate = Midstate::new(&text[..split]);
            for end in split..=260 {
                let whole = sha256(&text.as_bytes()[..end]);
                assert_eq!(midstate.first_eight(&text[split..end]), first_eight(&whole));
            }
        }
    }

    #[test]
    fn sampling_vectors() {
        assert_eq!(sampling_hash("n:g;u:u;a:1;b:2;r:r;v:true"), -5173538005872042077);
        assert_eq!(sampling_hash("n:c;u:;r:r"), -2679332674591327016);
        assert_eq!(sampling_hash("n:l;e:e;p:p;u:u;r:r"), -5357317097381110567);
    }
}
