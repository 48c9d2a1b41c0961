using System.IO.Hashing;
using System.Runtime.InteropServices;
using MarketLoop.Domain;

namespace MarketLoop.Data.Intake;

/// <summary>What the newest messages said, as hashes: an id that comes again with another content is a fault of its sender, which nobody sees if the first simply wins.</summary>
/// <remarks>The log finds duplicates exactly and for ever; this only notices conflicts among the newest messages since the start. Thread-safe, about 4 MB when full.</remarks>
internal sealed class MessageContents
{
    private const int MessagesKept = 65_536;
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, ulong> contents = [];
    private readonly Queue<ulong> oldestFirst = new();

    /// <summary>True when a message of this source and id came before and said something else.</summary>
    public bool DiffersFromFirst(Interaction interaction)
    {
        ulong key = Hash(interaction.Source.Value, interaction.MessageId);
        ulong content = Hash(interaction.Name, interaction.UserId, interaction.AnonymousId, interaction.PreviousId, interaction.GroupId, interaction.PropertiesJson);
        lock (gate)
        {
            if (contents.TryGetValue(key, out ulong first))
            {
                return first != content;
            }

            if (oldestFirst.Count == MessagesKept)
            {
                contents.Remove(oldestFirst.Dequeue());
            }

            contents[key] = content;
            oldestFirst.Enqueue(key);
            return false;
        }
    }

    private static ulong Hash(params ReadOnlySpan<string?> texts)
    {
        ulong hash = 0;
        foreach (string? text in texts)
        {
            hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text.AsSpan()), (long)hash) + (text is null ? 1UL : 0UL);
        }

        return hash;
    }
}
