//! What the models say of each table, in the few words that the translator needs.
//!
//! A module has one top container of its own name; each container in it is a table. A table's rows are entries of its
//! lists, or containers of fixed names (`GLOBAL`). Maps have entries that hold a list of their own: from and to.

use std::collections::BTreeMap;

use yang5::context::Context;
use yang5::iter::IterSchemaFlags;
use yang5::schema::{DataValueType, SchemaNode, SchemaNodeKind};

/// All tables, by name.
#[derive(Debug, Default)]
pub(crate) struct Tables(BTreeMap<String, Table>);

/// A table.
#[derive(Debug)]
pub(crate) struct Table {
    /// Name of its module, which is that of the module's top container too.
    pub(crate) module: String,
    /// Rows with keys, in the order of the model: the first kind that takes a row has it.
    pub(crate) lists: Vec<List>,
    /// Rows of a fixed name.
    pub(crate) singles: BTreeMap<String, Fields>,
}

/// A kind of row.
#[derive(Debug)]
pub(crate) struct List {
    /// Its name, such as `PORT_LIST`.
    pub(crate) name: String,
    /// Names of the leaves that make its key, in order.
    pub(crate) keys: Vec<String>,
    /// Its fields, those of the key among them.
    pub(crate) fields: Fields,
    /// The list that its fields become, where it is a map.
    pub(crate) map: Option<Map>,
}

/// The inner list of a map: each of a row's fields is an entry.
#[derive(Debug)]
pub(crate) struct Map {
    /// Its name.
    pub(crate) name: String,
    /// The leaf that the field's name goes to.
    pub(crate) from: String,
    /// The leaf that the field's value goes to.
    pub(crate) to: String,
}

/// Fields by name.
pub(crate) type Fields = BTreeMap<String, Leaf>;

/// A field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaf {
    /// Whether it holds a list.
    pub(crate) is_list: bool,
    /// Whether it is an unsigned number: SONiC's translator takes a row only if such fields are numbers.
    pub(crate) is_number: bool,
}

impl Tables {
    /// All tables of the models in `context`.
    pub(crate) fn read(context: &Context) -> Self {
        let mut tables = BTreeMap::new();
        for module in context.modules(true).filter(|module| module.is_implemented()) {
            let top = module.data().find(|node| node.kind() == SchemaNodeKind::Container);
            let Some(top) = top.filter(|top| top.name() == module.name()) else { continue };
            for node in children(&top, SchemaNodeKind::Container).filter(SchemaNode::is_config) {
                let table = Table::read(&node, module.name());
                // Containers of leaves describe events, no rows.
                if !table.lists.is_empty() || !table.singles.is_empty() {
                    tables.insert(node.name().to_owned(), table);
                }
            }
        }
        Tables(tables)
    }

    /// The table of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Table> {
        self.0.get(name)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Table {
    fn read(node: &SchemaNode<'_>, module: &str) -> Self {
        let mut lists: Vec<List> =
            children(node, SchemaNodeKind::List).map(|list| List::read(&list)).collect();
        // SONiC's translator looks at a single list only if it is named so.
        if let [only] = &lists[..]
            && only.name.strip_suffix("_LIST") != Some(node.name())
        {
            lists.clear();
        }
        let singles =
            children(node, SchemaNodeKind::Container).map(|c| (c.name().to_owned(), fields(&c))).collect();
        Table { module: module.to_owned(), lists, singles }
    }
}

impl List {
    fn read(node: &SchemaNode<'_>) -> Self {
        let map = children(node, SchemaNodeKind::List).next().map(|inner| Map::read(&inner));
        let keys = node.list_keys().map(|key| key.name().to_owned()).collect();
        List { name: node.name().to_owned(), keys, fields: fields(node), map }
    }
}

impl Map {
    fn read(node: &SchemaNode<'_>) -> Self {
        let from = node.list_keys().map(|key| key.name().to_owned()).next().unwrap_or_default();
        let to = fields(node).into_keys().find(|name| *name != from).unwrap_or_default();
        Map { name: node.name().to_owned(), from, to }
    }
}

/// Leaves and leaf-lists, those within choices too.
fn fields(node: &SchemaNode<'_>) -> Fields {
    let leaf = |node: &SchemaNode<'_>| {
        let base = node.leaf_type().map(|leaf| leaf.base_type());
        let is_number = matches!(
            base,
            Some(
                DataValueType::Uint8 | DataValueType::Uint16 | DataValueType::Uint32 | DataValueType::Uint64
            )
        );
        Leaf { is_list: node.kind() == SchemaNodeKind::LeafList, is_number }
    };
    let all = node.children2(IterSchemaFlags::empty());
    all.filter(|n| matches!(n.kind(), SchemaNodeKind::Leaf | SchemaNodeKind::LeafList))
        .map(|n| (n.name().to_owned(), leaf(&n)))
        .collect()
}

/// Children of one kind, those within choices too.
fn children<'a>(node: &SchemaNode<'a>, kind: SchemaNodeKind) -> impl Iterator<Item = SchemaNode<'a>> {
    node.children2(IterSchemaFlags::empty()).filter(move |child| child.kind() == kind)
}
