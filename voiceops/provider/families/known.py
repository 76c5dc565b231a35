"""The dialect of each family."""

from __future__ import annotations

from collections.abc import Mapping

from voiceops.provider.dialect import Dialect
from voiceops.provider.families.cosyvoice.dialect import COSYVOICE_DIALECT
from voiceops.provider.families.qwen.dialect import QWEN_DIALECT

DIALECTS: Mapping[str, Dialect] = {
    dialect.family.key: dialect for dialect in (QWEN_DIALECT, COSYVOICE_DIALECT)
}
