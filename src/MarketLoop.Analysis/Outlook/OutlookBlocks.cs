using MarketLoop.Analysis.Intent;
using MarketLoop.Learning.Classification;
using MarketLoop.Learning.Trees;

namespace MarketLoop.Analysis.Outlook;

/// <summary>The parts of which files of outlooks are made. The same parts give the same bytes.</summary>
internal static class OutlookBlocks
{
    public static void Write(this BinaryWriter writer, TableDesign design) => WriteBlock(writer, design.ToJson());

    public static void Write(this BinaryWriter writer, SingleModel model)
    {
        using MemoryStream learner = new();
        model.Linear?.Save(learner);
        model.Trees?.Save(learner);
        writer.Write(model.Linear is not null);
        WriteBlock(writer, learner.ToArray());
    }

    public static TableDesign ReadDesign(this BinaryReader reader) => TableDesign.OfJson(ReadBlock(reader));

    public static SingleModel ReadModel(this BinaryReader reader)
    {
        bool isLinear = reader.ReadBoolean();
        using MemoryStream learner = new(ReadBlock(reader));
        return isLinear ? new SingleModel(LogisticRegressionModel.Load(learner), null) : new SingleModel(null, TreeEnsembleModel.Load(learner));
    }

    private static void WriteBlock(BinaryWriter writer, byte[] bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] ReadBlock(BinaryReader reader)
    {
        int length = reader.ReadInt32();
        byte[] bytes = length < 0 ? throw new InvalidDataException("The outlook is damaged.") : reader.ReadBytes(length);
        return bytes.Length == length ? bytes : throw new InvalidDataException("The outlook is cut off.");
    }
}
