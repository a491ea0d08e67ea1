//! The records of a ZIP archive (APPNOTE 6.3), written by hand.

/// The method of what is deflated; that of what is not is 0.
pub(super) const DEFLATED: u16 = 8;

/// What is said of an entry, twice.
#[derive(Clone, Default)]
pub(super) struct Entry {
    /// Its name.
    pub(super) name: String,
    /// How it is compressed.
    pub(super) method: u16,
    /// CRC-32 of the file.
    pub(super) crc: u32,
    /// Bytes in the archive; under 4 GiB.
    pub(super) packed: u64,
    /// Bytes of the file; under 4 GiB.
    pub(super) size: u64,
}

/// Length of a local header without its name.
pub(super) const LOCAL: u64 = 30;
/// Length of a central header without its name.
pub(super) const CENTRAL: u64 = 46;

impl Entry {
    /// The header before the data.
    pub(super) fn local(&self) -> Vec<u8> {
        [b"PK\x03\x04", &self.fields()[..], self.name.as_bytes()].concat()
    }

    /// The header in the directory; the local one is at `offset`, under 4 GiB.
    pub(super) fn central(&self, offset: u64) -> Vec<u8> {
        let offset = (offset as u32).to_le_bytes();
        // Made by version 2.0; no comment, first disk, no attributes.
        [b"PK\x01\x02\x14\x00", &self.fields()[..], &[0; 10], &offset, self.name.as_bytes()].concat()
    }

    /// Version, flags, method, time (1980-01-01), sum, sizes, length of the name and of the extra field.
    fn fields(&self) -> Vec<u8> {
        let mut fields = vec![20, 0, 0, 0];
        fields.extend(self.method.to_le_bytes());
        fields.extend([0, 0, 0x21, 0]);
        fields.extend(self.crc.to_le_bytes());
        fields.extend((self.packed as u32).to_le_bytes());
        fields.extend((self.size as u32).to_le_bytes());
        fields.extend((self.name.len() as u16).to_le_bytes());
        fields.extend([0, 0]);
        fields
    }
}

/// The end of an archive whose directory has so many entries and bytes and starts there, with the ZIP64
/// records if 16 bits cannot count the entries.
pub(super) fn end(entries: u64, size: u64, start: u64) -> Vec<u8> {
    let mut end = vec![];
    let short = u16::try_from(entries).unwrap_or(u16::MAX);
    if entries >= u16::MAX.into() {
        end.extend(b"PK\x06\x06");
        end.extend(44_u64.to_le_bytes());
        // Made by and needs version 4.5; the only disk.
        end.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        [entries, entries, size, start].iter().for_each(|number| end.extend(number.to_le_bytes()));
        end.extend(b"PK\x06\x07\0\0\0\0");
        end.extend((start + size).to_le_bytes());
        end.extend(1_u32.to_le_bytes());
    }
    end.extend(b"PK\x05\x06\0\0\0\0");
    end.extend([short.to_le_bytes(), short.to_le_bytes()].concat());
    end.extend((size as u32).to_le_bytes());
    end.extend((start as u32).to_le_bytes());
    end.extend([0, 0]);
    end
}
