//! Writes Python graphs for tests, from the same text as other graphs.

/// Writes records; nothing is checked, so that tests can lie.
#[derive(Debug, Default)]
pub(in crate::heap) struct Writer {
    bytes: Vec<u8>,
    counts: [u64; 5],
    names: Vec<String>,
}

impl Writer {
    pub(in crate::heap) fn new() -> Self {
        Self { bytes: super::MAGIC.to_vec(), ..Self::default() }
    }

    pub(in crate::heap) fn class(&mut self, name: &str) -> u32 {
        let index = self.counts[0] as u32;
        self.counts[0] += 1;
        self.put(1, &[&index.to_le_bytes(), &text(name)]);
        index
    }

    pub(in crate::heap) fn object(&mut self, id: u64, class: u32, size: u64, entries: Option<u64>, targets: &[u64]) {
        self.counts[1] += 1;
        self.counts[2] += targets.len() as u64;
        self.counts[3] += size;
        let entries = entries.unwrap_or(u64::MAX);
        let ids: Vec<u8> = targets.iter().flat_map(|id| id.to_le_bytes()).collect();
        let count = (targets.len() as u32).to_le_bytes();
        let parts: [&[u8]; 6] =
            [&id.to_le_bytes(), &class.to_le_bytes(), &size.to_le_bytes(), &entries.to_le_bytes(), &count, &ids];
        self.put(2, &parts);
    }

    pub(in crate::heap) fn root(&mut self, id: u64, name: &str) {
        self.counts[4] += 1;
        self.put(3, &[&id.to_le_bytes(), &text(name)]);
    }

    pub(in crate::heap) fn name(&mut self, holder: u64, target: u64, name: &str) {
        let index = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            let index = self.names.len() as u32 - 1;
            self.put(4, &[&index.to_le_bytes(), &text(name)]);
            index as usize
        });
        let parts: [&[u8]; 4] =
            [&holder.to_le_bytes(), &1_u32.to_le_bytes(), &target.to_le_bytes(), &(index as u32).to_le_bytes()];
        self.put(5, &parts);
    }

    /// Says that the references of a dict have names, though it has none.
    pub(in crate::heap) fn namespace(&mut self, holder: u64) {
        self.put(5, &[&holder.to_le_bytes(), &0_u32.to_le_bytes()]);
    }

    pub(in crate::heap) fn end(mut self) -> Vec<u8> {
        let counts = self.counts.map(u64::to_le_bytes);
        let parts: Vec<&[u8]> = counts.iter().map(<[u8; 8]>::as_slice).collect();
        self.put(0, &parts);
        self.bytes
    }

    fn put(&mut self, tag: u8, parts: &[&[u8]]) {
        self.bytes.push(tag);
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
    }
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_le_bytes(), text.as_bytes()].concat()
}
