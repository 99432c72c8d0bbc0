//! Interning of texts, fields and unit ID types while a payload is compiled.

use rustc_hash::FxHashMap;

use crate::dialect::Dialect;
use crate::js_semantics::{to_lower_case, JsValue};
use crate::store::{string_id, FieldName, Store, Text, UnitName};

/// Tables under construction.
#[derive(Debug)]
pub(crate) struct Names {
    dialect: Dialect,
    strings: Vec<Text>,
    string_ids: FxHashMap<Text, u32>,
    fields: Vec<FieldName>,
    field_ids: FxHashMap<Box<str>, u32>,
    units: Vec<UnitName>,
    unit_ids: FxHashMap<Box<str>, u32>,
}

impl Names {
    pub(crate) fn new(dialect: Dialect) -> Self {
        let mut names = Names {
            dialect,
            strings: Vec::new(),
            string_ids: FxHashMap::default(),
            fields: Vec::new(),
            field_ids: FxHashMap::default(),
            // Unit 0 is the user ID.
            units: vec![UnitName { custom: None, ignores_case: false }],
            unit_ids: FxHashMap::default(),
        };
        string_id::TEXTS.iter().for_each(|text| {
            names.string(text);
        });
        names
    }

    /// The tables of a store, to be gone on with.
    pub(crate) fn of(store: &Store) -> Self {
        let mut names = Names {
            strings: store.strings.clone(),
            fields: store.fields.clone(),
            units: store.units.clone(),
            ..Names::new(store.dialect)
        };
        let numbered = |at: usize| at as u32;
        for (at, text) in names.strings.iter().enumerate() {
            names.string_ids.insert(text.clone(), numbered(at));
        }
        for (at, field) in names.fields.iter().enumerate() {
            names.field_ids.insert(field.name.clone(), numbered(at));
        }
        for (at, unit) in names.units.iter().enumerate() {
            if let Some(custom) = &unit.custom {
                names.unit_ids.insert(custom.name.clone(), numbered(at));
            }
        }
        names
    }

    /// Index of a text.
    pub(crate) fn string(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.string_ids.get(text) {
            return id;
        }
        let (id, shared) = (self.strings.len() as u32, Text::from(text));
        self.strings.push(shared.clone());
        self.string_ids.insert(shared, id);
        id
    }

    /// The text of an index.
    pub(crate) fn text(&self, id: u32) -> Text {
        self.strings.get(id as usize).cloned().unwrap_or_default()
    }

    /// Index of a user field.
    pub(crate) fn field(&mut self, name: &str) -> u32 {
        if let Some(&id) = self.field_ids.get(name) {
            return id;
        }
        let id = self.fields.len() as u32;
        self.fields.push(FieldName::new(name, self.dialect));
        self.field_ids.insert(name.into(), id);
        id
    }

    /// Index of a unit ID type. Whatever is not a string, and any spelling of `userid`, is the user
    /// ID.
    pub(crate) fn unit(&mut self, id_type: &JsValue) -> u32 {
        let Some(name) = id_type.as_str().filter(|name| to_lower_case(name) != "userid") else {
            return 0;
        };
        if let Some(&id) = self.unit_ids.get(name) {
            return id;
        }
        let id = self.units.len() as u32;
        let ignores_case = self.dialect.ignores_case();
        self.units
            .push(UnitName { custom: Some(FieldName::new(name, self.dialect)), ignores_case });
        self.unit_ids.insert(name.into(), id);
        id
    }

    /// Hands the tables to the store.
    pub(crate) fn finish(self, store: &mut Store) {
        store.strings = self.strings;
        store.fields = self.fields;
        store.units = self.units;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_numbered_once() {
        let mut names = Names::new(Dialect::default());
        let known = string_id::TEXTS.map(|text| names.string(text));
        assert_eq!(known, [0, 1, 2, 3]);
        assert_eq!((names.string("a"), names.string("b"), names.string("a")), (4, 5, 4));
        assert_eq!((&*names.text(5), &*names.text(99)), ("b", ""));
        assert_eq!((names.field("Email"), names.field("email"), names.field("Email")), (0, 1, 0));
        let unit = |names: &mut Names, name: &str| names.unit(&JsValue::string(name));
        assert_eq!((unit(&mut names, "userID"), unit(&mut names, "USERID")), (0, 0));
        assert_eq!(names.unit(&JsValue::Number(1.0)), 0);
        assert_eq!((unit(&mut names, "companyID"), unit(&mut names, "x")), (1, 2));
        assert_eq!(unit(&mut names, "companyID"), 1);
        let mut store = Store::default();
        names.finish(&mut store);
        assert_eq!((store.strings.len(), store.fields.len(), store.units.len()), (6, 2, 3));
        let lower = |field: &FieldName| field.lower.as_deref().map(String::from);
        assert_eq!(
            (lower(&store.fields[0]), lower(&store.fields[1])),
            (Some("email".into()), None)
        );
        assert!(store.units[0].custom.is_none());
    }
}
