//! The class histogram, with what each class retains.

use std::collections::HashMap;

use super::graph::Graph;
use super::{ClassRow, Dominators, Node, naming};
use crate::units::Bytes;

/// Rows of the `most` classes with the most bytes, largest shallow size first. Only reachable objects count.
pub(super) fn histogram(graph: &Graph, dominators: &Dominators, most: usize) -> Vec<ClassRow> {
    let mut rows: Vec<ClassRow> = Vec::new();
    let mut known: HashMap<String, u32> = HashMap::new();
    let row_of: Vec<u32> = graph
        .classes()
        .iter()
        .map(|class| {
            *known.entry(naming::class(&class.name)).or_insert_with_key(|class| {
                rows.push(ClassRow { class: class.clone(), objects: 0, shallow: Bytes(0), retained: Bytes(0) });
                rows.len() as u32 - 1
            })
        })
        .collect();
    let mut walk = Walk { depth: vec![0; rows.len()], rows };
    walk.over(graph, dominators, |node| row_of[graph.class(node).0 as usize] as usize);
    let mut rows = walk.rows;
    rows.retain(|row| row.objects > 0);
    rows.sort_by(|a, b| b.shallow.cmp(&a.shallow).then_with(|| a.class.cmp(&b.class)));
    rows.truncate(most);
    rows
}

struct Walk {
    rows: Vec<ClassRow>,
    /// How many objects of each row are above the current one in the dominator tree.
    depth: Vec<u32>,
}

impl Walk {
    fn over(&mut self, graph: &Graph, dominators: &Dominators, row_of: impl Fn(Node) -> usize) {
        let mut path = vec![(Node::ROOT, dominators.children(Node::ROOT))];
        while let Some((node, children)) = path.last_mut() {
            if let Some(child) = children.next() {
                self.enter(row_of(child), graph.shallow(child), dominators.retained(child));
                path.push((child, dominators.children(child)));
                continue;
            }
            if *node != Node::ROOT {
                self.depth[row_of(*node)] -= 1;
            }
            path.pop();
        }
    }

    fn enter(&mut self, row: usize, shallow: Bytes, retained: Bytes) {
        let counted = &mut self.rows[row];
        counted.objects += 1;
        counted.shallow += shallow;
        if self.depth[row] == 0 {
            counted.retained += retained;
        }
        self.depth[row] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heap::graph::text;
    use crate::heap::{EdgeUse, Orphans};

    #[test]
    fn a_class_retains_what_its_topmost_objects_retain() {
        let (mut graph, _) =
            text::parse("root -> node1(10) -> node2(10) -> leaf(5)\nroot -> node3(10)\nlost(99) -> lost2(9)");
        let dominators = Dominators::of(&mut graph, EdgeUse::Keep, Orphans::Drop);
        let rows = histogram(&graph, &dominators, 10);
        let row = |class: &str, objects, shallow, retained| ClassRow {
            class: class.to_owned(),
            objects,
            shallow: Bytes(shallow),
            retained: Bytes(retained),
        };
        assert_eq!(rows, [row("node", 3, 30, 35), row("leaf", 1, 5, 5)]);
    }
}
