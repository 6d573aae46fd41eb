"""Reads GPU machine code: the cubins inside a fat binary, and a kernel's instructions as nvdisasm writes them."""
import collections
import pathlib
import re
import struct
import subprocess
import tempfile

INSTRUCTION = re.compile(r"/\*([0-9a-f]{4,})\*/\s+(?:@(!?U?P\w+)\s+)?([A-Z][A-Z0-9_.]*)\s*([^;]*);")
LABEL = re.compile(r"^(\.L_\w+|\$\S+):")
EM_CUDA, NOBITS = 190, 8
HAS_SIZE, REGISTER_COUNT = 4, 0x2F
ABSOLUTE_64 = 2                # of relocations
GLOBALS = ".nv.global.init" # variables of global memory with values

Instruction = collections.namedtuple("Instruction", "address guard opcode operands")


class Cubin:
    """An ELF file of one architecture: `sections` by name, each (bytes, size); without bytes if it only takes room."""

    def __init__(self, image):
        self.image = image
        offset, = struct.unpack_from("<Q", image, 40)
        flags, = struct.unpack_from("<I", image, 48)
        entry, count, names = struct.unpack_from("<HHH", image, 58)
        headers = [struct.unpack_from("<IIQQQQIIQQ", image, offset + entry * i) for i in range(count)]
        self.sections, self.section_names = {}, []
        for name, kind, _, _, start, size, _, _, _, _ in headers:
            begin = headers[names][4] + name
            text = image[begin:image.index(b"\0", begin)].decode()
            self.sections[text] = (b"" if kind == NOBITS else image[start:start + size], size)
            self.section_names.append(text)
        # Where the number of the architecture lies has changed with CUDA 13.
        self.architecture = (flags >> 8 & 0xFF) if image[8] >= 8 else flags & 0xFF

    def size(self, section):
        return self.sections.get(section, (b"", 0))[1]

    def bank(self, number, kernel):
        """The contents of a constant bank as the kernel sees it."""
        for name in (f".nv.constant{number}.{kernel}", f".nv.constant{number}"):
            if name in self.sections:
                return self.sections[name][0]
        return b""

    def bank_of_addresses(self, start):
        """Bank 4, which holds where variables are, when the section of those with values lies at `start`."""
        bank, symbols = bytearray(self.bank(4, "")), self.sections.get(".symtab", (b"", 0))[0]
        for name, form in ((".rel.nv.constant4", "<QQ"), (".rela.nv.constant4", "<QQq")):
            for at, info, *addend in struct.iter_unpack(form, self.sections.get(name, (b"", 0))[0]):
                _, _, _, section, value, _ = struct.unpack_from("<IBBHQQ", symbols, 24 * (info >> 32))
                if info & 0xFFFFFFFF != ABSOLUTE_64 or self.section_names[section] != GLOBALS:
                    raise ValueError(f"{name}: a relocation of another kind")
                struct.pack_into("<Q", bank, at, start + value + sum(addend))
        return bytes(bank)

    def registers(self, kernel):
        """Of a thread: an attribute of .nv.info, which names the kernel by its number in the table of symbols."""
        symbols, names = self.sections[".symtab"][0], self.sections[".strtab"][0]
        attributes, at = self.sections[".nv.info"][0], 0
        while at < len(attributes):
            form, attribute, size = struct.unpack_from("<BBH", attributes, at)
            at += 4
            if form != HAS_SIZE:
                continue
            if attribute == REGISTER_COUNT:
                symbol, count = struct.unpack_from("<II", attributes, at)
                begin, = struct.unpack_from("<I", symbols, 24 * symbol)
                if names[begin:names.index(b"\0", begin)].decode() == kernel:
                    return count
            at += size
        raise ValueError(f"how many registers {kernel} takes is not there")


def length_of_elf(data, start):
    segments, offset = struct.unpack_from("<QQ", data, start + 32)
    segment_entry, segment_count, entry, count = struct.unpack_from("<HHHH", data, start + 54)
    end = max(offset + entry * count, segments + segment_entry * segment_count)
    for i in range(count):
        header = struct.unpack_from("<IIQQQQIIQQ", data, start + offset + entry * i)
        if header[1] != NOBITS:
            end = max(end, header[4] + header[5])
    return end


def cubins(path):
    """The cubins of an uncompressed fat binary, or the one that the file is, by architecture."""
    data, found, at = pathlib.Path(path).read_bytes(), {}, 0
    while (at := data.find(b"\x7fELF", at)) >= 0:
        length = length_of_elf(data, at)
        if struct.unpack_from("<H", data, at + 18)[0] == EM_CUDA:
            cubin = Cubin(data[at:at + length])
            found[cubin.architecture] = cubin
        at += length
    return found


def split(text):
    """Operands; what stands in brackets or quotes is one of them."""
    text = re.sub(r"\(\*.*?\*\)", "", text)
    return [part.strip().removesuffix(".reuse") for part in text.split(",") if part.strip()]


def disassemble(nvdisasm, cubin):
    """Each kernel's instructions, and its labels as indices into them."""
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(cubin.image)
        file.flush()
        text = subprocess.run([nvdisasm, "-c", file.name], check=True, capture_output=True, text=True).stdout
    kernels, code, labels = {}, [], {}
    for line in text.splitlines():
        section = re.match(r"^\.text\.(\w+):", line)
        label, found = LABEL.match(line), INSTRUCTION.search(line)
        if section:
            code, labels = [], {}
            kernels[section.group(1)] = (code, labels)
        elif label:
            labels[label.group(1)] = len(code)
        elif found:
            address, guard, opcode, operands = found.groups()
            code.append(Instruction(int(address, 16), guard, opcode, split(operands)))
    return kernels
