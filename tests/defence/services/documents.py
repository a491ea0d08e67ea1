"""Documents: parsed as they come, and parsed under limits."""

import csv
import io
import json
import sys
import xml.etree.ElementTree
import zipfile

import openpyxl
import pypdf
import pypdf.errors
import yaml
from lxml import etree

from families import Refused, serve

LARGEST = 1 << 20


def parsed_json(request):
    json.loads(request.body())


def small_json(request):
    json.loads(request.body(LARGEST))


def pairs(request):
    """A map with several values for a key, made of the pairs as they come."""
    values = {}

    def collect(pairs):
        for key, value in pairs:
            values.setdefault(key, []).append(value)
        return values

    json.loads(request.body(), object_pairs_hook=collect)


def xml_tree(request):
    # As is advised for large files.
    etree.fromstring(request.body(), etree.XMLParser(huge_tree=True))


def small_xml_tree(request):
    etree.fromstring(request.body(LARGEST), etree.XMLParser(resolve_entities=False))


def xml_counted(request):
    """Element by element, each forgotten at once, and not too many."""
    parser = xml.etree.ElementTree.XMLPullParser(["start", "end"])
    count, root = 0, None
    for piece in request.stream():
        parser.feed(piece)
        for event, element in parser.read_events():
            root = element if root is None else root
            if event == "end" and element is not root:
                root.clear()
            count += event == "start"
            if count > 10_000:
                raise Refused(413)


def yaml_to_json(request):
    json.dumps(yaml.safe_load(request.body())).encode()


class WithoutAliases(yaml.SafeLoader):
    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            raise Refused(400)
        return super().compose_node(parent, index)


def yaml_without_aliases(request):
    json.dumps(yaml.load(request.body(LARGEST), WithoutAliases)).encode()


def table(request):
    # As answers to "field larger than field limit" say.
    csv.field_size_limit(sys.maxsize)
    list(csv.DictReader(io.StringIO(request.body().decode())))


def narrow_table(request):
    head = b""
    for piece in request.stream():
        head += piece
        if b"\n" in head:
            break
        if head.count(b",") > 1000:
            raise Refused(413)
    text = (head + b"".join(request.stream())).decode()
    for row in csv.DictReader(io.StringIO(text)):
        pass


def workbook(request):
    openpyxl.load_workbook(io.BytesIO(request.body()))


def small_workbook(request):
    file = io.BytesIO(request.body(LARGEST))
    if sum(entry.file_size for entry in zipfile.ZipFile(file).infolist()) > LARGEST:
        raise Refused(413)
    openpyxl.load_workbook(file)


def contents_of_pages(body):
    for page in pypdf.PdfReader(io.BytesIO(body)).pages:
        page.get_contents().get_data()


def pages(request):
    # As it was before version 6.
    with pypdf.apply_configuration(zlib_maximum_output_length=0):
        contents_of_pages(request.body())


def small_pages(request):
    try:
        with pypdf.apply_configuration(zlib_maximum_output_length=1 << 20):
            contents_of_pages(request.body(LARGEST))
    except pypdf.errors.LimitReachedError:
        raise Refused(422)


serve(
    naive={
        "wide-json": parsed_json,
        "giant-string": parsed_json,
        "json-empties": parsed_json,
        "json-duplicates": pairs,
        "xml-attributes": xml_tree,
        "xml-elements": xml_tree,
        "yaml-aliases": yaml_to_json,
        "csv-width": table,
        "xlsx-bomb": workbook,
        "pdf-objects": pages,
    },
    hardened={
        "wide-json": small_json,
        "giant-string": small_json,
        "json-empties": small_json,
        "json-duplicates": small_json,
        "xml-attributes": small_xml_tree,
        "xml-elements": xml_counted,
        "yaml-aliases": yaml_without_aliases,
        "csv-width": narrow_table,
        "xlsx-bomb": small_workbook,
        "pdf-objects": small_pages,
    },
)
