using System.Text;
using MarketLoop.Data.Embedded;

namespace MarketLoop.Data.Erasure;

/// <summary>The files of a data folder in which people are named in clear: quarantined events and rows, and mails handed over.</summary>
internal sealed class PersonalFiles(DataFolder folder)
{
    /// <summary>Quarantined events and rows that name the person, as they were kept.</summary>
    public List<string> FindQuarantined(Subject subject) => [.. QuarantineFiles().SelectMany(Records).Where(record => subject.IsNamedIn(record.Text)).Select(record => record.Text)];

    /// <summary>Mails that name the person: the files of each, by the name they share.</summary>
    public List<IGrouping<string, string>> FindMails(Subject subject) =>
        [.. Directory.EnumerateFiles(folder.Outbox).GroupBy(path => Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal)
            .Where(mail => mail.Any(path => subject.IsNamedIn(ReadAll(path))))
            .OrderBy(mail => mail.Key, StringComparer.Ordinal)];

    /// <summary>Blanks the quarantined records that name the person, in place, so that a writer who appends at the same time is not disturbed. Returns how many.</summary>
    public int BlankQuarantined(Subject subject)
    {
        int blanked = 0;
        foreach (string path in QuarantineFiles())
        {
            List<FileRecord> named = [.. Records(path).Where(record => subject.IsNamedIn(record.Text))];
            if (named.Count == 0)
            {
                continue;
            }

            using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            foreach (FileRecord record in named)
            {
                file.Position = record.Offset;
                file.Write(Blank(record.Bytes, path));
            }

            file.Flush(flushToDisk: true);
            blanked += named.Count;
        }

        return blanked;
    }

    /// <summary>Deletes the mails that name the person. Returns how many.</summary>
    public int DeleteMails(Subject subject)
    {
        List<IGrouping<string, string>> mails = FindMails(subject);
        foreach (string path in mails.SelectMany(mail => mail))
        {
            File.Delete(path);
        }

        return mails.Count;
    }

    private IEnumerable<string> QuarantineFiles() => Directory.EnumerateFiles(folder.Quarantine, "*", SearchOption.AllDirectories);

    /// <summary>The record's bytes with nothing in them: a JSON line stays one, so that counts stand.</summary>
    private static byte[] Blank(int bytes, string path)
    {
        byte[] blank = new byte[bytes];
        blank.AsSpan().Fill((byte)' ');
        ReadOnlySpan<byte> mark = "{\"code\":\"erased\""u8;
        if (path.EndsWith(".jsonl", StringComparison.Ordinal) && bytes > mark.Length)
        {
            mark.CopyTo(blank);
            blank[^1] = (byte)'}';
        }

        return blank;
    }

    /// <summary>Records of a file: lines, but a line break inside quotes of a CSV file ends none.</summary>
    private static IEnumerable<FileRecord> Records(string path)
    {
        byte[] content = ReadBytes(path);
        bool isCsv = path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".part", StringComparison.OrdinalIgnoreCase);
        bool isQuoted = false;
        int start = 0;
        for (int i = 0; i <= content.Length; i++)
        {
            if (i < content.Length && content[i] == '"' && isCsv)
            {
                isQuoted = !isQuoted;
            }

            if (i == content.Length || (content[i] == '\n' && !isQuoted))
            {
                if (i > start)
                {
                    yield return new FileRecord(start, i - start, Encoding.UTF8.GetString(content, start, i - start));
                }

                start = i + 1;
            }
        }
    }

    private static string ReadAll(string path) => Encoding.UTF8.GetString(ReadBytes(path));

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] content = new byte[file.Length];
            int filled = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return filled == content.Length ? content : content[..filled];
        }
        catch (FileNotFoundException)
        {
            return []; // picked up by the mail server in between
        }
    }

    private readonly record struct FileRecord(long Offset, int Bytes, string Text);
}
