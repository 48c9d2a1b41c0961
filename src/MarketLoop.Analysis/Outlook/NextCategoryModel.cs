using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Intent;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Outlook;

/// <summary>Tells from which category a customer's next order will be, should there be one. Immutable, thread-safe.</summary>
public sealed class NextCategoryModel
{
    private const int FormatVersion = 1;
    private readonly IReadOnlyList<string> shares;
    private readonly TableDesign design;
    private readonly IReadOnlyList<SingleModel> models;

    internal NextCategoryModel(int horizonDays, IReadOnlyList<string> shares, IReadOnlyList<string> categories, TableDesign design, IReadOnlyList<SingleModel> models)
    {
        HorizonDays = horizonDays;
        this.shares = shares;
        Categories = categories;
        this.design = design;
        this.models = models;
    }

    /// <summary>Days ahead that are looked at.</summary>
    public int HorizonDays { get; }

    /// <summary>The categories that are told apart, most bought first; whatever else there is counts as one more.</summary>
    public IReadOnlyList<string> Categories { get; }

    /// <summary>How the interests that the model looks at are weighed, in training and in serving.</summary>
    public static InterestOptions Interests { get; } = new() { Most = 50 };

    /// <summary>The probability (0..1) of each of <see cref="Categories"/>, likeliest first; what is left to 1 is any other. About fifty microseconds.</summary>
    /// <param name="features">What the customer did.</param>
    /// <param name="interests">Their interests by <see cref="Interests"/>.</param>
    public IReadOnlyList<CategoryChance> Predict(CustomerFeatures features, IReadOnlyList<Interest> interests)
    {
        ArgumentNullException.ThrowIfNull(features);
        float[] row = new float[BehaviourVector.Length + shares.Count];
        BehaviourVector.Write(features, row);
        WriteShares(shares, interests, row.AsSpan(BehaviourVector.Length));
        double[] said = Predict(row);
        return [.. Categories.Select((category, place) => new CategoryChance(category, said[place])).OrderByDescending(chance => chance.Probability)];
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using BinaryWriter writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(FormatVersion);
        writer.Write(HorizonDays);
        Write(writer, shares);
        Write(writer, Categories);
        writer.Write(design);
        foreach (SingleModel model in models)
        {
            writer.Write(model);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no whole model of a known version.</exception>
    public static NextCategoryModel Load(Stream stream)
    {
        using BinaryReader reader = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        try
        {
            if (reader.ReadInt32() != FormatVersion)
            {
                throw new InvalidDataException("The next category is of another version.");
            }

            int horizonDays = reader.ReadInt32();
            (IReadOnlyList<string> looked, IReadOnlyList<string> told) = (ReadTexts(reader), ReadTexts(reader));
            return new NextCategoryModel(horizonDays, looked, told, reader.ReadDesign(), [.. Enumerable.Range(0, told.Count + 1).Select(_ => reader.ReadModel())]);
        }
        catch (EndOfStreamException end)
        {
            throw new InvalidDataException("The next category is cut off.", end);
        }
    }

    /// <summary>Writes the share of interest in each category; of others nothing.</summary>
    internal static void WriteShares(IReadOnlyList<string> categories, IReadOnlyList<Interest> interests, Span<float> row)
    {
        for (int place = 0; place < categories.Count; place++)
        {
            row[place] = (float)(interests.FirstOrDefault(interest => string.Equals(interest.Category, categories[place], StringComparison.Ordinal))?.Weight ?? 0.0);
        }
    }

    /// <summary>Probabilities of the categories and, last, of any other: each model's answer, together 1.</summary>
    internal double[] Predict(ReadOnlySpan<float> row)
    {
        DesignedRows prepared = design.Prepare(row);
        double[] said = [.. models.Select(model => Math.Clamp(model.Predict(prepared)[0], 1e-6, 1))];
        double sum = said.Sum();
        return [.. said.Select(probability => probability / sum)];
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<string> texts)
    {
        writer.Write(texts.Count);
        foreach (string text in texts)
        {
            writer.Write(text);
        }
    }

    private static string[] ReadTexts(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        return count is < 0 or > 1_000 ? throw new InvalidDataException("The next category is damaged.") : [.. Enumerable.Range(0, count).Select(_ => reader.ReadString())];
    }
}
